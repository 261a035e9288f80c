import { changing, missing, NAMES, order, shared } from "../lib/defaults";

export const LOOP = order;

export interface A { device: string }
export const AConfig = { storage: { order_by_fields: NAMES } };

export interface B { device: string }
export const BConfig = { storage: { order_by_fields: changing } };

export interface C { device: string }
export const CConfig = { storage: { order_by_fields: missing } };

export interface D { device: string }
export const DConfig = { ...shared };
