import type { Key } from "antler";

export interface Order {
  id: Key<string>;
  name: string;
  size: "small" | "large";
  total: number;
  tags: string[];
  counts: { long: number; short: number };
  note?: string;
}
