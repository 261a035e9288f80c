import type { Key } from "antler";

export interface Flight {
  id: Key<string>;
  carrier: string;
  delay: number | null;
  class: "early" | "late" | "on_time";
  miles: number;
}
