import type { Key } from "antler";

export interface Visit {
  id: Key<string>;
  country: string;
  level: number;
  kind: "early" | "late" | "on_time";
  agent: string | null;
  tags: string[];
}
