import type { Key } from "antler";

export interface Box {
  id: Key<string>;
  to: string;
}

export interface Label {
  id: Key<string>;
  text: string;
  size: number;
}
