// How a part of the filling screen asks for the page of a member.

import type { InjectionKey } from "vue";

export const OPEN_MEMBER: InjectionKey<(path: string) => void> = Symbol("open-member");
