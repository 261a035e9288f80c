export interface Click {}
export type Tap = {};
