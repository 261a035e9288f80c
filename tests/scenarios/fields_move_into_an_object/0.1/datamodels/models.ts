import type { Key } from "antler";

export interface Place {
  id: Key<string>;
  at: { lat: number; lon: number };
}
