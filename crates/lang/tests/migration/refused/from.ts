import type { Key } from "antler";

enum Priority {
  Low = 1,
  High = 9,
}

export interface Event {
  id: Key<string>;
  text: string;
  number: number;
  count: bigint;
  at: Date;
  maybe: number | null;
  optional?: string;
  kind: "a" | "b";
  priority: Priority;
  place?: { city: string; zip: string | null };
  tags: string[];
}
