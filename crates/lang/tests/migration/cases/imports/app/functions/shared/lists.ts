export const withoutEmpty = (texts: string[]): string[] => texts.filter((text) => text !== "");
