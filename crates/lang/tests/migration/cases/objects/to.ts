import type { Key } from "antler";

export interface Order {
  id: Key<string>;
  customer: { name: string; email: string | null; address?: { city: string; zip: string } };
  customerName: string;
  email: string;
  city?: string;
  cityLength: number;
  zip: string | null;
  destination: { city: string; zip: string } | null;
  shipping?: { carrier: string; days: number | null };
  days: number;
  isShipped: boolean;
  delivery: { by: { carrier: string; fast: boolean }; to: string };
  tags: string[];
  firstTag: string | null;
  tagCount: number;
  isGift: boolean;
  tagLine: string;
  labels: string[];
  scores: number[] | null;
  scoreCount: number;
  firstScore?: number;
  lines: { sku: string; count: number }[];
  firstSku?: string;
  note?: string;
  coupon: string | null;
  couponText: string;
}
