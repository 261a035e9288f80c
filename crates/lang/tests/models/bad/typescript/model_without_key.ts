export interface Click {
  target: string;
  at: Date;
}
