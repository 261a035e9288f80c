import type { Key } from "antler";

enum Level {
  None = 0,
  Some = -3,
  Much = 1000,
}

export interface Thing {
  id: Key<string>;
  text: string;
  other?: string;
  a: number;
  b: number | null;
  big: bigint;
  maybeBig: bigint | null;
  flag: boolean;
  maybeFlag?: boolean;
  at: Date;
  until?: Date;
  level: Level;
  maybeLevel: Level | null;
  dates: Date[];
  levels: Level[];
  gaps: (string | null)[];
  lists?: string[];
  "odd name": number;
}
