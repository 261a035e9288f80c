import type { Key } from "antler";

export interface Note {
  id: Key<string>;
  upper: string;
  lower: string;
  trimmed: string;
  trimmedStart: string;
  trimmedEnd: string;
  length: number;
  bodyLength: number;
  padded: string;
  dotted: string;
  doubled: string;
  joined: string;
  replaced: string;
  stripped: string;
  words: string[];
  wordCount: number;
  firstWord?: string;
  rejoined: string;
  includes: boolean;
  starts: boolean;
  ends: boolean;
  position: number;
  positionInBody: number;
  before: boolean;
  notAfter: boolean;
  same: boolean;
  isEmpty: boolean;
  author: string;
  signature: string;
  initial?: string;
}
