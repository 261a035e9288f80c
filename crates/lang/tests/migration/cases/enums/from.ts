import type { Key } from "antler";

enum Priority {
  Low = 1,
  Normal = 5,
  Urgent = 300,
}

export interface Ticket {
  id: Key<string>;
  status: "active" | "inactive" | "pending";
  previous?: "active" | "inactive";
  priority: Priority;
  raw: string;
  level: number;
  history: ("active" | "inactive" | "pending")[];
}
