import type { Key } from "antler";

export interface Event {
  id: Key<string>;
  kind: "in" | "out" | "away";
}
