import type { Key } from "antler";

enum Grade {
  Low = -1,
  High = 300,
}

export interface Sample {
  id: Key<string>;
  n: number;
  m?: number;
  big: bigint;
  at: Date;
  grade: Grade;
  flags: boolean[];
  inner: { deep: number | null; list: number[] };
}
