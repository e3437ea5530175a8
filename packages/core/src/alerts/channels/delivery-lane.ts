/** Ways that deliveries take: browsers are reached by push services of whatever quality, all else by receivers that the installation chose. */
export const deliveryLanes = ["direct", "browsers"] as const;

export type DeliveryLane = (typeof deliveryLanes)[number];

/** Attempts of one process at a time: all but the slowest receivers answer within milliseconds. */
export const laneConcurrency: Readonly<Record<DeliveryLane, number>> = { direct: 32, browsers: 16 };
