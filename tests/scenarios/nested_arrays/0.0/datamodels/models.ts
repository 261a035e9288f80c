import type { Key } from "antler";

export interface Trip {
  id: Key<string>;
  stops: { code: string; minutes: number[] }[];
  tags: string[];
}
