import type { Word as Old } from "../../.antler/versions/0_0";
import type { Word } from "../datamodels/models";

export default function migrate(word: Old): Word {
  let vowels = 0;
  for (const letter of word.text) {
    if ("aeiou".includes(letter)) vowels++;
  }
  return {
    id: word.id,
    first: word.text.charCodeAt(0),
    code: word.text.charCodeAt(word.n),
    point: word.text.codePointAt(word.n) ?? null,
    letter: String.fromCharCode(65 + Math.abs(word.n % 26), word.text.length),
    last: word.text.lastIndexOf(word.other),
    extension: word.text.slice(word.text.lastIndexOf(".") + 1),
    characters: [...word.other],
    vowels,
  };
}
