const PREFIX = "from";
export const TAGS = [`${PREFIX}:import`, ""];
