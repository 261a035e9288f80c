import type { Key } from "antler";

/** Types, and nothing that was cancelled. */
export interface Order {
  id: Key<string>;
  status: "open" | "paid" | "unknown";
  cents: bigint | null;
  placed: Date | null;
  customer: { name: string; initial?: string };
  items: string[];
  coupon?: string;
}
