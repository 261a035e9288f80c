import type { Key } from "antler";

export interface Order {
  id: Key<string>;
  cents: number;
}

export interface Booking {
  id: Key<string>;
  amount: number;
}

export interface Total {
  id: Key<string>;
  text: string;
}
