import type { Key } from "antler";

export interface Login {
  id: Key<string>;
  user: string;
}

export interface Purchase {
  id: Key<string>;
  user: string;
  amount: number;
}
