import type { Key } from "antler";

export interface Place {
  id: Key<string>;
  latitude: number;
  longitude: number;
}
