import type { Key } from "antler";

export interface Flight {
  id: Key<string>;
  delay: number | null;
}
