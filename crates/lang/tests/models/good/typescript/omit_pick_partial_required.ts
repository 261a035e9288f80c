interface Base {
  id: Key<string>;
  at: Date;
  note?: string;
  secret: string | null;
}

export type Omitted = Omit<Base, "secret" | "note">;
export type Picked = Pick<Base, "id" | "note">;
export type Full = Required<Base>;
export type Frozen = Readonly<Base>;
export interface Extended extends Omit<Base, "at"> {
  patch: Partial<Base>;
  rest: Omit<Partial<Base>, "id">;
}
