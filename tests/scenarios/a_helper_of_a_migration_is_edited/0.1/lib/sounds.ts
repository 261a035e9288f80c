const LOUD = ["shout"];

export const isLoud = (activity: string): boolean => LOUD.includes(activity);
