export interface Unused { a: 
