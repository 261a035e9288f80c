import type { Key } from "antler";

export interface Shop {
  id: Key<string>;
  stage: number;
  open: boolean;
}
