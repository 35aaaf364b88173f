"""What every feature stands on and that knows nothing of any feature, nor of Flask."""
