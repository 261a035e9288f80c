import type { Key } from "antler";

export interface Trip {
  id: Key<string>;
  stops: { city: string; minutes: number; at: Date }[];
  tags: string[];
  limits: number[];
}
