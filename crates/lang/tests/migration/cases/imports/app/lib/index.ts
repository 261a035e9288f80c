export { default, digits } from "./text";
export * from "./tags";
