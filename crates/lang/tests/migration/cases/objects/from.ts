import type { Key } from "antler";

export interface Order {
  id: Key<string>;
  customer: { name: string; email: string | null; address?: { city: string; zip: string } };
  shipping?: { carrier: string; days: number | null };
  tags: string[];
  scores: number[] | null;
  lines: { sku: string; count: number }[];
  note: string | null;
  coupon?: string | null;
}
