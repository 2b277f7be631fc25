/// Function words of English, without apostrophes, and what chats shorten them to.
enum EnglishFunctionWords {
    static let all = [
        """
        the a an and or but if of in on at by for with from about into onto over after before under between without within
        is are was were be been being am do does did doing done have has had having will would can could should may might
        must shall i you he she it we they them him her his hers our ours your yours their theirs me my mine its this that
        these those there here what which who whom whose when where why how not no yes yeah yep nope than then as so such
        very too also just only any some all each every both few more most other another own same because while during until
        till again once up down out off to us im ive ill id dont doesnt didnt cant couldnt wont wouldnt shouldnt isnt arent
        wasnt werent havent hasnt hadnt youre youve youll youd theyre theyve theyll were weve well hes shes thats whats
        whos wheres hows lets aint mustnt neednt gonna wanna gotta kinda sorta dunno lemme through against per upon cannot
        among across along around behind below beneath beside besides beyond despite except inside near outside since
        toward towards unlike via whether although though unless whereas however therefore moreover otherwise instead
        myself yourself himself herself itself ourselves yourselves themselves someone anyone everyone nobody somebody
        everybody something anything nothing everything somewhere anywhere everywhere none either neither else even ever
        never always often sometimes usually rarely already yet still soon later now today quite rather almost enough
        maybe perhaps really actually basically probably definitely certainly especially simply mostly mainly nearly much
        many little less least several plus minus one two three four five six seven eight nine ten first second third
        last next like lol btw plz pls u ur r thx ok okay omg asap fyi idk imo tbh bro dude hey hi hello bye oh wow oops
        """
    ]
}
