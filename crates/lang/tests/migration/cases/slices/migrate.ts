import type { Note as Old } from "../../.antler/versions/0_0";
import type { Note } from "../datamodels/models";

export default (note: Old): Note => ({
  id: note.id,
  head: note.title.slice(0, 3),
  tail: note.title.slice(2),
  middle: note.title.slice(1, -1),
  last: note.title.slice(-2),
  from: note.title.substring(1, 4),
  swapped: note.title.substring(3, 1),
  first: note.title.charAt(0),
  third: note.title.charAt(2),
  day: new Date(1357034400000).toISOString().slice(8, 10),
  byLength: note.title.slice(note.body.length, note.body.length * 2 - 0.5),
});
