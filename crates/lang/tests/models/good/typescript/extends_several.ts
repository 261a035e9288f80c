interface Identified {
  id: Key<string>;
}
interface Timed {
  at: Date;
  zone: string;
}
interface Deep extends Timed {
  depth: number;
}

// What is declared again is in its first place, with its last type.
export interface Click extends Identified, Deep {
  zone: "UTC";
  target: string;
}
