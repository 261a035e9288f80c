import type { Key } from "antler";

enum Grade {
  Low = -1,
  High = 300,
}

export interface Sample {
  id: Key<string>;
  text: string;
  number: number;
  sum: number;
  big: bigint;
  at: Date | null;
  day: string;
  grade: Grade;
  flags: boolean[];
  inner: { deep?: number; list: number[]; keys: string };
}
