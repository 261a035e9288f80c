import type { Key } from "antler";

export interface Order {
  id: Key<string>;
  lines: { sku: string; cents: bigint; at: Date; kind: "new" | "used" | "none"; note: string | null }[];
  same: { sku: string; count: number; at: Date; kind: "new" | "used"; note?: string; box: { size: number } | null }[];
  skus: string[];
  first?: string;
  found?: { sku: string; at: Date; kind: "new" | "used"; note: string | null };
  sizes: number[];
  heaviest: string;
  late: { sku: string; day: string }[];
}
