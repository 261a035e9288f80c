import type { Key } from "antler";

export interface Note {
  id: Key<string>;
  head: string;
  tail: string;
  middle: string;
  last: string;
  from: string;
  swapped: string;
  first: string;
  third: string;
  day: string;
  byLength: string;
}
