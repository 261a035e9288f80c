import type { Key } from "antler";

export interface Login {
  id: Key<string>;
}

export interface Purchase {
  id: Key<string>;
}
