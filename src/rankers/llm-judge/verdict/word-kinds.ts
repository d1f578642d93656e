/** What a word does in a sentence that compares two answers. */
export type WordKind =
  /** What is compared: output, answer, model. */
  | 'noun'
  | 'first'
  | 'second'
  | 'article'
  | 'is'
  | 'better'
  | 'worse'
  | 'good'
  | 'bad'
  | 'not'
  /** Behind a word for better or worse: the side that follows is what the other is measured against. */
  | 'than'
  /** The same wherever it stands. */
  | 'unlike'
  /** The side before it is, as in Japanese and Korean. */
  | 'than-before'
  | 'tie'
  | 'equal'
  | 'both'
  | 'neither'
  /** What a verdict is called: winner, verdict, choice. */
  | 'label'
  /** Announces a conclusion. */
  | 'final'
  | 'pick'
  | 'speaker'
  /** Makes a sentence conditional. */
  | 'if'
  /** Makes a sentence less than sure. */
  | 'hedge'
  /** What follows is somebody's opinion. */
  | 'says'
  /** Restricts what is said to one respect. */
  | 'aspect'
  /** A clause begins. */
  | 'break'
  /** May follow the word for better and leaves the statement a verdict. */
  | 'whole'
  /** Does what the task asks. */
  | 'does'
  /** What a number of points is called. */
  | 'points'
  /** What a place is called, where less is better. */
  | 'place'
  /** "More accurate", "less helpful": a comparison in one respect. */
  | 'more'
  | 'less'
  /** Behind "more", as good as better. */
  | 'quality'
  /** Takes back what was said before, at the beginning of a sentence. */
  | 'correction'
  /** What ranks an answer higher or lower: "I rate B higher", "B above A". */
  | 'higher'
  | 'lower'
  /** Says nothing; dropped. */
  | 'filler';

/** Phrases by what they do, in the languages of judges. Separated by commas; a plus means both, one after the other. */
const PHRASES: Readonly<Record<WordKind | 'better+than' | 'worse+than' | 'more+quality', string>> = {
  noun: `
    output, outputs, answer, answers, response, responses, assistant, assistants, model, candidate, candidates,
    option, option no, option number, choice, reply, replies, text, completion, summary, system, version, essay,
    translation, solution, generation, one, chatbot, agent, side, number, nr, antwort, antworten, ausgabe,
    kandidat, variante, modell, lösung, réponse, réponses, sortie, candidat, modèle, proposition, respuesta,
    respuestas, salida, candidato, candidata, modelo, opción, resposta, respostas, saída, opção, risposta,
    risposte, uscita, modello, opzione, 回答, 答案, 输出, 輸出, 候选, 候選, 模型, 助手, 回复, 选项, 応答, 候補, 出力, モデル, アシスタント, 選択肢, 解答,
    답변, 응답, 출력, 후보, 모델, 답안, 어시스턴트, 선택지, ответ, ответы, вариант, варианты, модель, кандидат, antwoord, odpowiedź,
    cevap, yanıt,
    submission, entry, contender`,
  first: `
    first, the first, the former, first one, 1st, erste, ersten, der erste, die erste, premier, première, la
    première, le premier, primera, la primera, el primero, primero, a primeira, primeira, primeiro, o primeiro, la
    prima, il primo, prima, primo, 第一个, 第一個, 第一, 前者, 一つ目, 一番目, 最初, 첫 번째, 첫번째, 전자, первый, первая, первого,
    the left one, left one`,
  second: `
    second, the second, the latter, second one, 2nd, zweite, zweiten, der zweite, die zweite, deuxième, la
    deuxième, le deuxième, la seconde, le second, segunda, la segunda, el segundo, segundo, a segunda, o segundo,
    la seconda, il secondo, seconda, secondo, 第二个, 第二個, 第二, 后者, 後者, 二つ目, 二番目, 두 번째, 두번째, 후자, второй, вторая,
    второго,
    the right one`,
  article: `
    the, der, die, das, den, dem, la, le, el, il, lo, o, los, las, les, an, another`,
  is: `
    is, are, was, were, be, being, seems, seems to be, appears, appears to be, remains, looks, does, did, has,
    feels, proves, proves to be, ist, sind, war, scheint, est, sont, semble, es, son, está, parece, é, são,
    sembra, è, sono, 是, 为, 更, は, が, の方が, のほうが, 方が, ほうが, 이, 가, 은, 는, является,
    goes to, go to, is for, belongs to, lies with, must be, has to be, would be, will be, would have to be,
    is in favor of, is in favour of`,
  better: `
    better, best, superior, preferable, preferred, stronger, strongest, wins, won, win, a winner, the winner, clear
    winner, besser, bessere, besseren, besserer, besten, beste, bester, überlegen, gewinnt, vorzuziehen, mieux,
    meilleur, meilleure, supérieure, supérieur, préférable, gagne, l'emporte, mejor, gana, superiore, preferible,
    melhor, ganha, vence, migliore, meglio, vince, preferibile, preferível, 更好, 较好, 更佳, 最好, 更优, 更胜一筹, 胜出, 获胜, 更強,
    更优秀, 勝出, 比較好, 優れて, 優る, 勝る, 優秀, 良いです, 良いと, 勝ち, 勝利, 良い, 더 낫, 더 좋, 더 우수, 더 나은, 낫습니다, 낫다, 우수합니다, 우수하다, 뛰어나, 뛰어납니다,
    승리, 이깁니다, 더 훌륭, лучше, лучший, лучшая, предпочтительнее, превосходнее, выигрывает, побеждает, победил, beter,
    lepsza, lepszy, daha iyi, as better, as the better, as the best, as superior, has the edge, has an edge, has the
    upper hand, takes it, takes the win, takes the cake, takes the lead, takes this, takes this one, edges it, comes
    first, comes out ahead, comes out on top, come out ahead, on top, ranks first, ranked first, is ranked first, in
    first place, first place, is ahead, gets the nod, gets my vote, gets the win, deserves the win, deserves to win,
    victorious, prevails, triumphs, my favorite, my favourite, so is, should be preferred, should win, should be
    chosen, is my choice, is my pick, is my preference, is my winner, is my favorite, is my favourite, was my
    choice, 胜, comes closest, is closest, comes closer, gefällt mir besser, has a slight edge, has a clear edge, has
    a small edge, has the advantage, has an advantage, has a clear advantage, has a slight advantage, holds the
    edge, is closer, is the closest, takes the point, gets the point, takes this round, is the obvious choice, is
    the right choice, is the clear choice, is the one to choose, is the right pick, is the clear pick`,
  'better+than': `
    better than, superior to, preferable to, outperforms, outperformed, beats, surpasses, exceeds, outshines,
    edges out, wins over, wins against, bests, outranks, trumps, defeats, übertrifft, schlägt, surpasse, bat,
    supera, supera a, supera à, batte, vence a, 优于, 優於, 好于, 胜过, 勝過, 强于, 超过, 击败, превосходит, обходит, overtreft,
    is ahead of, comes out ahead of, above, ahead of, more than a match for, eclipses`,
  worse: `
    worse, inferior, weaker, worst, weakest, loses, lost, schlechter, schlechtere, unterlegen, verliert, moins bon,
    moins bonne, pire, inférieure, inférieur, peor, inferiore, pior, pierde, perde, peggiore, peggio, 更差, 较差, 更糟,
    不够好, 劣って, 劣る, 더 나쁘, 떨어집니다, 못합니다, 못하다, хуже, уступает, проигрывает, slechter, gorsza, comes second, comes last,
    ranks second, ranks last, in second place, pales, loser, verlierer, rejected`,
  'worse+than': `
    worse than, inferior to, weaker than, loses to, lost to, outperformed by, beaten by, surpassed by, not as good
    as, not as strong as, not as helpful as, is less good than, falls short of, nicht so gut wie, moins bonne que,
    moins bon que, pas aussi bon que, pas aussi bonne que, no es tan buena como, no es tan bueno como, não é tão boa
    quanto, non è buona come, non è così buona come, 不如, 不及, 差于, 逊于, 比不上, 劣于, 못한, n't as good as, n't as strong as,
    n't as helpful as, isn't as good as, was outdone by, outdone by, pales in comparison to, pales next to, pales
    beside, no match for, n't hold a candle to, below, falls short compared to, comes second to, is second to,
    trails, lags behind, defeated by, bested by, outclassed by, nowhere near as good as, n't compete with, n't come
    close to, n't match`,
  good: `
    good, well, great, fine, correct, acceptable, excellent, helpful, accurate, satisfactory, adequate, valid,
    right, strong, decent, gut, korrekt, bon, bonne, bons, bonnes, correctes, corrects, buena, buenas, buenos,
    bueno, correctas, correcta, boa, boas, buone, buoni, corrette, 好, 良く, 优秀, 不错, 正确, 正しい, 좋, 훌륭, хороши, хороший,
    верны, правильны,
    useful, complete, relevant`,
  bad: `
    bad, poor, poorly, badly, terrible, incorrect, wrong, unacceptable, inadequate, unhelpful, awful, fail, fails,
    unsatisfactory, insufficient, weak, schlecht, falsch, mauvais, mauvaise, mauvaises, incorrectes, malas, malos,
    mala, incorrectas, ruins, ruim, cattive, sbagliate, pessime, scarse, 差, 不好, 糟糕, 错误, 悪い, 不正解, 良くない, 良くありません, 나쁘,
    나쁩, 틀렸, 좋지 않, плохи, плохие, неверны, ошибочны, misses the point, gets it wrong, is off topic, off topic, misses
    the mark, miss the point, miss the mark, rambles, refuses, refuse, hallucinates, ignores the question, ignores
    the instruction, falls flat, is empty`,
  not: `
    not, n't, no, never, isn't, aren't, wasn't, don't, doesn't, didn't, can't, cannot, couldn't, wouldn't, won't,
    unable, without, hardly, nor, nothing, whether, no reason, nicht, kein, keine, weder, ob, pas, ne, n'est, aucun,
    aucune, ni, nunca, não, nem, non, né, nessuna, nessuno, 不, 不是, 并不, 并非, 没有, 沒有, 无法, 未, ない, ません, ではなく, じゃない, 아니,
    않, 없, не, нет, нельзя, niet, nie, değil, doubt, doubts, disagree, disagrees, false, untrue, deny, denies, fail
    to see, nobody, no one, few, far from, anything but, wrong to`,
  than: `
    than, over, to, als, gegenüber, que, qu', que la, que el, que le, do que, que a, que o, di, della, del, a la,
    чем, нежели, dan, od, 于`,
  unlike: `
    compared to, compared with, in comparison to, in comparison with, relative to, unlike, rather than, instead
    of, in contrast to, versus, vs, against, anstatt, statt, im gegensatz zu, im vergleich zu, par rapport à,
    contrairement à, plutôt que, en lugar de, en comparación con, em vez de, em comparação com, rispetto a,
    rispetto alla, 比, 相比, 比起, 而不是, 而非, по сравнению с`,
  'than-before': `
    より, よりも, に比べて, に対して, 보다, 에 비해, 相比之下, 비해`,
  tie: `
    tie, ties, tied, draw, a wash, toss-up, same good, equally good, equally well, equally helpful, unentschieden,
    gleichstand, gleich gut, gleichwertig, égalité, ex æquo, ex aequo, match nul, aussi bonnes l'une que l'autre,
    empate, empatan, empatam, pareggio, parità, igualmente buenas, igualmente boas, ugualmente buone,
    équivalentes, équivalents, aussi bonnes, 平局, 平手, 一样好, 一樣好, 同样好, 不分上下, 不相上下, 引き分け, 同点, 同じくらい良い, 同程度, 同等,
    甲乙つけがたい, 무승부, 비슷, 동등, 똑같이 좋, 동점, ничья, одинаково хороши, равны, gelijkspel, remis, berabere, no difference,
    no clear winner, no winner, no preference, neither one is better, indistinguishable, 両方とも良い, どちらも良い, 両者とも良い,
    toss, se valent, no preference at all`,
  equal: `
    equal, equals, equally, equivalent, same, comparable, identical, on par, equal quality, gleich, gleichermaßen,
    également, igual, iguales, iguais, igualmente, uguali, ugualmente, 一样, 一樣, 同样, 同樣, 同じ, 同様, 똑같, 같, одинаково,
    одинаковы, равноценны`,
  both: `
    both, both of them, the two, they, beide, les deux, toutes deux, tous deux, ambas, ambos, las dos, los dos, as
    duas, entrambe, entrambi, 两者, 兩者, 两个, 两, 都, 二者, 双方, 両方, どちらも, 両者, いずれも, 둘, 둘 다, 모두, 두 답변, оба, обе, beiden,
    ikisi de`,
  neither: `
    neither, neither of them, none, none of them, keine der beiden, keine von beiden, keiner, aucune des deux,
    aucun des deux, ninguna, ninguno, ninguna de las dos, nenhuma, nenhum, nessuna delle due, nessuno dei due, 都不,
    都没, 都沒, 둘 다 아니, ни один, ни одна, ни тот ни другой`,
  label: `
    winner, verdict, decision, preference, conclusion, result, selection, selected, chosen, judgement, judgment,
    final answer, evaluation result, outcome, gewinner, urteil, entscheidung, ergebnis, wahl, fazit, gagnant,
    gagnante, vainqueur, décision, choix, ganador, ganadora, veredicto, decisión, elección, conclusión, vencedor,
    vencedora, decisão, escolha, conclusão, vincitore, vincitrice, verdetto, decisione, scelta, conclusione, 胜者,
    获胜者, 勝者, 赢家, 结论, 結論, 判定, 判断, 判決, 裁决, 结果, 選択, 最终答案, 승자, 결론, 판정, 선택, 정답, 결과, победитель, вердикт, вывод, итог,
    решение, выбор,
    vote, the edge, the nod, the point, the win, correct choice, favorite, favourite, sieger, siegerin,
    label,
    advantage, edge, preference goes,
    prediction, assessment, recommendation, judge`,
  final: `
    therefore, thus, hence, so, overall, final, finally, ultimately, in conclusion, in summary, to conclude, to sum
    up, in sum, in the end, all in all, all things considered, consequently, as a result, in short, based on, i have
    determined, i conclude, it is clear, total, accordingly, taking everything into account, on balance, after
    careful, after carefully, after evaluating, daher, deshalb, somit, insgesamt, abschließend, letztendlich,
    endgültig, folglich, donc, ainsi, finalement, globalement, en conclusion, au final, dans l'ensemble, por tanto,
    por lo tanto, en conclusión, finalmente, en general, en resumen, portanto, assim, em conclusão, no geral,
    concluindo, quindi, pertanto, in conclusione, complessivamente, nel complesso, dunque, 因此, 所以, 综上所述, 综上, 总之, 總之,
    总的来说, 最终, 总体而言, したがって, よって, 以上, 総合的に, 最終的に, 結論として, 따라서, 그러므로, 결론적으로, 종합적으로, 전반적으로, поэтому, следовательно, таким
    образом, итак, в целом, в итоге, if i have to choose, if i had to choose, if forced to choose, if i must choose,
    if pressed, if i had to pick, if i have to pick, forced to choose, if i were to choose`,
  pick: `
    prefer, choose, chose, pick, select, vote for, go with, going with, opt for, lean towards, lean toward, favor,
    favour, recommend, bevorzuge, wähle, préfère, je préfère, choisis, prefiero, elijo, prefiro, escolho,
    preferisco, scelgo, 选择, 我选, 更喜欢, 偏好, 選びます, 選ぶ, 選択します, 선택합니다, 선택하겠습니다, выбираю, предпочитаю, give it to, award it
    to, give the win to, give the edge to, give the nod to, wählen, 选, 我选择, i vote, i'd go, i'd lean, i lean, i
    would lean, больше нравится, choosing, picking, selecting, voting for, preferring, opting for, entscheide mich
    für, me quedo con, i'd rather have, i'd take, i'd trust, side with, rule in favor of, rule in favour of,
    evidence favors, comparison favors, evidence favours, comparison favours, evidence points to, this one goes to,
    that goes to, it goes to`,
  speaker: `
    i, we, i'd, i'll, i'm, must, would, my, ich, je, ik, 我`,
  if: `
    if, unless, in case, should you, wenn, falls, sofern, s'il, caso, 如果, 若, 假如, もし, なら, 場合, 만약, 만일, 라면, если, als
    je, which one, which of, which is, which output, which response, which answer, either, at first glance, at
    first, initially, at first sight, auf den ersten blick, zunächst, à première vue, a primera vista, à primeira
    vista, a prima vista, 乍一看, 一見, 언뜻, на первый взгляд, assuming, provided that, as long as, supposing, according
    to, first thought, otherwise, until, suppose, imagine`,
  hedge: `
    might, may, maybe, perhaps, could, possibly, can be, would be better, would have been, one might, some might,
    some may, potentially, if anything, not sure, vielleicht, könnte, möglicherweise, peut-être, pourrait, quizás,
    tal vez, podría, talvez, poderia, forse, potrebbe, 也许, 可能, 或许, かもしれません, かもしれない, 아마, 수도, возможно, может, some
    would, some people, many users, many would, others would, one could, should have, supposed to, rumoured,
    rumored, said to be, reputed, alleged, asked to, told to, instructed to, called`,
  says: `
    argues, argued, believes, believed, claims, claimed, says, said, states, stated, suggests, suggested, thinks,
    asserts, asserted, evaluates, evaluated, concludes, concluded, mentions, maintains, contends, opines, insists,
    demands, behauptet, sagt, meint, affirme, prétend, dit, afirma, dice, diz, sostiene, 声称, 认为, 說, 说, と言って, と主張,
    주장, утверждает, говорит,
    writing, writes, wrote, pretends, instructs, orders, tells, tries to, attempts to,
    wants, want, promises, hopes, aims, pleads, begs, asks`,
  aspect: `
    depending, depends, when, lorsque, quand, cuando, quando, когда, in terms of, with respect to, with regard to,
    regarding, when it comes to, in regard to, as for, in the sense, in some ways, in some respects, in one
    respect, in this respect, from the perspective, hinsichtlich, in bezug auf, en termes de, du point de vue, en
    términos de, en cuanto a, em termos de, quanto a, in termini di, per quanto riguarda, 在方面, 方面, の点で, の点では, 面에서,
    측면에서, 점에서, с точки зрения, по части`,
  break: `
    but, while, whereas, whilst, although, though, however, yet, because, since, as, which, where, given, due to,
    making, despite, aber, während, weil, da, obwohl, jedoch, mais, tandis que, parce que, car, puisque, bien que,
    pero, mientras que, porque, ya que, aunque, mas, enquanto, embora, já que, ma, mentre, perché, poiché,
    sebbene, 但, 但是, 而, 因为, 因為, 由于, 然而, 虽然, が、, ため, ので, から, しかし, 하지만, 그러나, 때문에, 지만, 반면, но, однако, потому, так
    как, поскольку, хотя,
    even if, even though, except that,
    nevertheless, nonetheless`,
  does: `
    executes, execute, follows, follow, addresses, address, fulfills, fulfils, fulfill, satisfies, satisfy, meets,
    meet, adheres, adhere, answers the, answer the, answers your, captures,
    answers the question, answer the question,
    nails it, nails, gets it right,
    hits the mark, hit the mark, spot on, on point,
    works, work`,
  whole: `
    fit, job, here, suited, match, aligned, for this, in this case, in this context, in my opinion, in general, in
    every way, in all, response overall, of the two, of both, between the two, for the instruction, for the given,
    for this instruction, for this task, for this question, for the task, for the question, for the user, execution,
    in every respect, in all respects, in all aspects, in every aspect, on all counts, on every count, on points,
    across the board, in all ways, at following, at answering, at addressing, at meeting, at fulfilling, job of, all
    around, all round, by any measure, understanding, grasp, by default, in every other way`,
  points: `
    score, scores, rating, ratings, points, point, grade, mark, marks, note, rated, punkte, bewertung, puntuación,
    puntaje, pontuação, punteggio, voto, nota, 分, 分数, 得分, 评分, 評分, 点数, 点, スコア, 점수, 점, оценка, балл, баллы, баллов,
    stars, star, sterne, étoiles, estrellas, estrelas, stelle`,
  place: `
    rank, ranks, ranked, place, position, rang, platz, posición, posição, posizione, 排名, 順位, 순위, место,
    ranking, ranked order`,
  more: `
    more, plus, más, più, 더`,
  less: `
    less, weniger, moins, menos, meno, менее, 덜`,
  quality: `
    comprehensive, informative, thorough, precise, precisely, faithful, faithfully, appropriate, reliable, truthful,
    effective, factual, insightful, convincing, suitable, closely, accurately, correctly, helpfully, effectively,
    accuracy, correctness, helpfulness, quality, substance, merit, completeness, relevance, factuality, instruction
    following, précise, précis, complète, utile, pertinente, fiable, exacte, precisa, preciso, completa, completo,
    útil, accurata, accurato, esatta, 正確, 準確, 准确`,
  'more+quality': `
    genauer, präziser, hilfreicher, vollständiger, korrekter, nützlicher, richtiger, mais precisa, mais preciso,
    mais completa, mais completo, mais útil, mais correta, точнее, полезнее, полнее, правильнее, 更准确, 更有帮助, 更正确,
    更完整, 更全面, 更有用, 더정확, 더유용, 더도움`,
  higher: `
    higher, höher`,
  lower: `
    lower, niedriger`,
  correction: `
    actually, wait, no wait, hold on, hmm, on second thought, on second thoughts, on reflection, upon reflection, on
    closer reflection, on closer inspection, correction, scratch that, i take that back, i change my mind, i changed
    my mind, change my mind, let me correct, let me correct that, let me correct myself, let me reconsider, i was
    wrong, my mistake, sorry, or rather, moment, halt, korrektur, doch nicht, en fait, pardon, de hecho, perdón, na
    verdade, anzi, 等等, 不对, いや`,
  filler: `
    on the other hand, also, clearly, slightly, much, far, significantly, definitely, certainly, arguably,
    marginally, clear, clearly the, obviously, only, not only, without a doubt, without doubt, no doubt, a bit, a
    little, somewhat, considerably, generally, still, just, simply, really, indeed, equally likely, undoubtedly,
    deutlich, etwas, eindeutig, klar, nettement, clairement, légèrement, claramente, ligeramente, chiaramente,
    nettamente, leggermente, ligeiramente, 明显, 略, 稍, 显然, 明らかに, 분명히, 약간, 훨씬, явно, значительно, немного, однозначно,
    too, as well, then, it, hands down, all the way, for sure, for me, by a hair, by a mile, by a landslide, by a
    long shot, by a lot, easily, outright, i'd say, i would say, gotta go with, in my view, to me, i say, i think, i
    believe, i feel, it's, that's, even, narrowly, handily, comfortably, decisively, convincingly, by a wide margin,
    by a large margin, by a small margin, by a narrow margin, by a good margin, no contest, no question, without
    question, no brainer, for the win, by a nose, by far`,
};

/** Korean is read without its spaces: what they part differs from writer to writer. */
export const HANGUL_SPACE = /(?<=\p{Script=Hangul}) +(?=\p{Script=Hangul})/gu;

/** Most words of a phrase. */
export const MAX_PHRASE_WORDS = 5;

/** What a phrase in lower case does, its words separated by single spaces. */
export const WORD_KINDS: ReadonlyMap<string, readonly WordKind[]> = new Map(
  Object.entries(PHRASES).flatMap(([kinds, phrases]) =>
    phrases
      .split(',')
      .map(
        (phrase) =>
          [phrase.trim().replace(/\s+/g, ' ').replace(HANGUL_SPACE, ''), kinds.split('+') as WordKind[]] as const,
      ),
  ),
);
