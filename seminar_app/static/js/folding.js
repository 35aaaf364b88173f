// Folds text for comparison, as seminar_app/core/folding.py does: «Núñez», «NUNEZ» and «nunez» become equal.
(() => {
  "use strict";

  const OPENED = {
    ß: "ss", æ: "ae", œ: "oe", ø: "o", ð: "d", đ: "d", þ: "th", ł: "l", ħ: "h", ı: "i", ȷ: "j", ŋ: "n",
    ŧ: "t", ĸ: "q", ə: "e", ƒ: "f", ƀ: "b", ɓ: "b", ƈ: "c", ȼ: "c", ɖ: "d", ɗ: "d", ǥ: "g", ɠ: "g",
    ɨ: "i", ɉ: "j", ƙ: "k", ƚ: "l", ɲ: "n", ƞ: "n", ɔ: "o", ɛ: "e", ƥ: "p", ɍ: "r", ƭ: "t", ʉ: "u",
    ʋ: "v", ƴ: "y", ɏ: "y", ƶ: "z", ς: "σ",
  };

  globalThis.foldText = (text) =>
    text
      .replace(/\p{Default_Ignorable_Code_Point}/gu, "")
      .normalize("NFKD")
      .replace(/\p{M}/gu, "")
      .toLowerCase()
      .replace(/[^\u0000-\u007f]/gu, (letter) => OPENED[letter] ?? letter)
      .replace(/[^\p{L}\p{N}]+/gu, " ")
      .trim();
})();
