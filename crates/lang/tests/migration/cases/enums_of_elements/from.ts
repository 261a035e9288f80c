import type { Key } from "antler";

export interface Order {
  id: Key<string>;
  lines: { sku: string; count: number; at: Date; kind: "new" | "used"; note?: string; box: { size: number } | null }[];
  wanted: string;
}
