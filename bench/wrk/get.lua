-- plain GETs; an argument, if there is one, is the Cookie header
require "report"
function init(args)
  wrk.headers["Accept-Language"] = "es"
  if args[1] then wrk.headers["Cookie"] = args[1] end
end
function done(summary, latency) report(summary, latency) end
