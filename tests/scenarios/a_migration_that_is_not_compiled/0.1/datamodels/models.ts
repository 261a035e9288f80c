import type { Key } from "antler";

export interface Event {
  id: Key<string>;
  at: Date;
  words: string[];
  longest: string | null;
  counts: { capitals: number; digits: bigint };
  weight?: number;
}
