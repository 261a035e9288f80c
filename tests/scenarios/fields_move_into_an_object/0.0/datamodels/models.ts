import type { Key } from "antler";

export interface Place {
  id: Key<string>;
  lat: number;
  lon: number;
}
