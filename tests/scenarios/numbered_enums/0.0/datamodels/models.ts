import type { Key } from "antler";

export enum Stage {
  Open = 1,
  Shut = 5,
}

export interface Shop {
  id: Key<string>;
  stage: Stage;
}
