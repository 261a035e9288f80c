import type { Key } from "antler";

enum Level {
  Calm = 0,
  Hot = 7,
}

export interface Ticket {
  id: Key<string>;
  status: "active" | "inactive" | "pending";
  other: "active" | "inactive" | null;
  level: Level;
}
