import type { Key } from "antler";

enum Level {
  None = 0,
  Some = -3,
  Much = 1000,
  More = 1001,
}

export interface Thing {
  id: Key<string>;
  greatest: number;
  least: number;
  nothing: number;
  alone: number;
  cut?: string;
  unit: string;
  atEnd: string;
  mixed: string;
  flags: string;
  isSame: boolean;
  bothAbsent: boolean;
  sameBig: boolean;
  xor: boolean;
  either: boolean;
  neither: boolean;
  maybe?: boolean;
  chosen: number | null;
  and: string;
  span: number;
  isOver: boolean;
  copy: Date;
  until: Date | null;
  level: Level;
  levelText: string;
  levelSum: number;
  isMuch: boolean;
  maybeLevel?: Level;
  firstDate: Date | null;
  dates: Date[];
  levels: Level[];
  firstLevel: number;
  gaps: (string | null)[];
  firstGap: string | null;
  lists: string[];
  made?: string[];
  kinds: ("x" | "y")[];
  numbers: (number | null)[];
  oddName: number;
  pieces: number;
  isBig: boolean;
  chained?: number;
}
