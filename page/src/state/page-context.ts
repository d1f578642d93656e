import { createContext, useContext, useSyncExternalStore } from 'react';
import type { Choices } from '../api/choices.ts';
import type { BlendState, SessionAction, TurnState } from '../api/types.ts';
import type { Controller, PageState } from './controller.ts';

export const ControllerContext = createContext<Controller | undefined>(undefined);
export const ChoicesContext = createContext<Choices | undefined>(undefined);

export function useController(): Controller {
  const controller = useContext(ControllerContext);
  if (controller === undefined) throw new Error('There is no controller around this component.');
  return controller;
}

export function useBlend(): BlendState {
  const { blend } = useController();
  return useSyncExternalStore(blend.subscribe, blend.get);
}

export function usePage(): PageState {
  const controller = useController();
  return useSyncExternalStore(controller.subscribe, controller.get);
}

/** What the server can be asked for; undefined until it has said so. */
export function useChoices(): Choices | undefined {
  return useContext(ChoicesContext);
}

/** A turn, and what can be done with it. */
export interface TurnView {
  readonly turn: TurnState;
  /** Undefined where nothing can be done: in a replay, and in a turn that is not the last. */
  readonly act: ((action: SessionAction) => void) | undefined;
  /** Chooses the answer that the next question goes on from. */
  readonly continueFrom: ((id: string) => void) | undefined;
  /** Whether models and ranking are hidden until the vote. */
  readonly isHidden: boolean;
}
