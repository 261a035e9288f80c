import type { Key } from "antler";

export interface Raw {
  id: Key<string>;
}

export interface Located {
  id: Key<string>;
  city: string;
}

export interface Copy {
  id: Key<string>;
}

export interface Second {
  id: Key<string>;
}
