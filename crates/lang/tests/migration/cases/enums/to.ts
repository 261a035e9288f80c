import type { Key } from "antler";

enum Level {
  Calm = 0,
  Hot = 7,
}

export interface Ticket {
  id: Key<string>;
  status: "active" | "inactive" | "pending";
  open: "yes" | "no" | "maybe";
  previous: "active" | "inactive" | "pending" | "none";
  before?: "active" | "inactive" | "other";
  label: string;
  isActive: boolean;
  level: Level;
  priority: number;
  urgent: boolean;
  history: ("active" | "inactive" | "pending")[];
  wasPending: boolean;
  trail: string;
}
