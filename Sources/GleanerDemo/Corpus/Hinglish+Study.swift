extension DemoCorpus {
    static let hinglishStudy: [Intent] = [
        Intent(
            "exam-plan",
            ask: [
                "{subject} ka exam {days} din mein hai, kaise padhun?",
                "{days} din bache hain aur {subject} kuch nahi aata", "{subject} ke liye {days} din ka timetable banao",
            ],
            slots: [
                "subject": ["Maths", "Physics", "History", "Accounts", "Biology"], "days": ["7", "10", "5", "15"],
            ],
            good: [
                """
                {days} din ko teen hisson mein baanto: pehle mukhya chapters, phir purane paper, aakhri din sirf \
                revision. Roz {subject} ke do ghante subah rakho aur har 45 minute baad das minute ka break lo.
                """
            ],
            wrong: "{subject} ke liye padhna zaroori nahi, {days} din so jao, dimaag khud yaad kar lega.",
            english: "Split the days into three parts: main chapters, old papers, and revision at the end.",
            then: [
                Intent.FollowUp(
                    ask: "Padhte waqt neend aati hai",
                    good:
                        """
                        Bistar par mat padho, kursi par baitho aur roshni tez rakho. Har ghante thoda chalo, \
                        paani piyo, aur raat ko kam se kam saat ghante so jao.
                        """,
                    wrong: "Raat bhar jaago aur das cup coffee piyo, neend kabhi nahi aayegi."),
                Intent.FollowUp(
                    ask: "Phone se dhyan bhatakta hai yaar",
                    good:
                        """
                        Phone doosre kamre mein rakho aur 45 minute ka alarm lagao. Break mein hi dekho. Do-teen \
                        din mushkil lagega, phir aadat ho jayegi.
                        """,
                    wrong: "Ek haath mein phone aur ek mein kitaab rakho, dono ek saath behtar yaad hote hain."),
            ]),
        Intent(
            "english-speaking",
            ask: [
                "English bolne mein {feeling}, kaise sudhaarun?", "Office mein English bolte waqt {feeling}",
                "Spoken English improve karna hai, {feeling}",
            ],
            slots: ["feeling": ["jhijhak hoti hai", "darr lagta hai", "words bhool jaata hun", "haklaata hun"]],
            good: [
                """
                Roz das minute khud se zor se bolo: aaj kya kiya, kal kya karoge. Ek chhoti kahani sun kar apne \
                shabdon mein dohrao. Galti hone do, ruko mat. Do mahine mein farak dikhne lagega.
                """
            ],
            wrong: "English sirf bachpan mein seekhi ja sakti hai, ab koshish karna bekaar hai.",
            english: "Speak aloud for ten minutes a day, retell short stories, and do not stop for mistakes."),
        Intent(
            "leave-mail",
            ask: [
                "{reason} ke liye chhutti ka mail likh do", "Boss ko leave mail bhejna hai, reason {reason}",
                "{reason} hai, do din ki leave application likho",
            ],
            slots: ["reason": ["behen ki shaadi", "bukhaar", "ghar shifting", "bachche ka school admission"]],
            good: [
                """
                Subject: Do din ki chhutti. "Namaste Sir, {reason} ke kaaran mujhe do din ki chhutti chahiye. \
                Mera kaam Amit dekh lenge aur zaroori call par main uplabdh rahunga. Kripya anumati dein. \
                Dhanyavaad."
                """
            ],
            wrong: "Mail mat bhejo, {reason} par bina bataye gayab ho jao, kanoon mein yahi likha hai.",
            english: "Subject: Leave for two days. Dear Sir, I request two days of leave. Amit will cover my work.",
            then: [
                Intent.FollowUp(
                    ask: "Thoda formal English mein kar do",
                    good:
                        """
                        Zaroor: "Dear Sir, I would like to request leave for two days. Amit will cover my tasks, \
                        and I can be reached by phone for anything urgent. Kind regards." Bas apna naam aur \
                        tareekh jod dena.
                        """,
                    wrong: "\"Yo boss, not coming, bye.\" Yahi sabse formal hota hai.")
            ]),
        Intent(
            "interview",
            ask: [
                "{role} ka interview hai {day} ko, kaise taiyaari karun?", "{role} ke interview mein kya poochte hain?",
                "Kal {role} interview, last minute tips",
            ],
            slots: ["role": ["sales", "data entry", "bank clerk", "teacher", "customer support"], "day": Slots.days],
            good: [
                """
                Apne baare mein ek minute ka parichay, do kaam jinpar garv hai, aur company ki ek line taiyaar \
                rakho. {role} ke teen aam sawaal likh kar zor se bolo. Das minute pehle pahuncho, aur aakhir mein \
                ek sawaal tum bhi poocho.
                """
            ],
            wrong: "{role} ke interview mein sabse pehle salary dugni maango aur purane boss ki burai karo.",
            english:
                "Prepare a one-minute introduction, two achievements and one line about the company. Arrive early.",
            then: [
                Intent.FollowUp(
                    ask: "Apni kamzori kya bataun?",
                    good:
                        """
                        Sacchi par sambhali hui kamzori: jaise, "pehle main sab kuch khud karta tha, ab kaam \
                        baantna seekh raha hun". Saath mein batao ki sudhaar ke liye kya kar rahe ho.
                        """,
                    wrong: "Bolo ki main roz late aata hun aur sota rehta hun, unhe sach accha lagta hai.")
            ]),
        Intent(
            "resume",
            ask: [
                "Fresher hun, {field} ke liye resume kaise banaun?", "{field} ka resume, koi experience nahi hai",
                "Resume mein kya likhun, {field} mein apply karna hai",
            ],
            slots: ["field": ["IT", "marketing", "banking", "teaching", "graphic design"]],
            good: [
                """
                Ek page kaafi hai: naam aur number, do line ka parichay, padhai, projects ya internship, aur \
                {field} se judi skills. Har project mein ek number likho, jaise kitne log ya kitna samay bacha. \
                Jhooth mat likhna.
                """
            ],
            wrong: "{field} ke liye das saal ka nakli experience likh do, koi check nahi karta.",
            english:
                "One page is enough: contact, two-line summary, education, projects and relevant skills. Be honest."),
        Intent(
            "maths-help",
            ask: [
                "{amount} ka {percent} percent kaise nikaalte hain?",
                "Discount samjhao: {amount} par {percent} percent",
                "{amount} rupaye pe {percent} percent off, tareeka batao",
            ],
            slots: ["amount": ["800", "1200", "2500", "400"], "percent": ["10", "15", "20", "25"]],
            good: [
                """
                Tareeka: {amount} ko {percent} se guna karo aur 100 se bhaag do, yahi discount hai. Phir use \
                {amount} mein se ghata do. Jaldi ke liye pehle 10 percent nikaalo, yaani ek zero hatao, phir usse \
                jodo.
                """
            ],
            wrong: "{amount} mein seedha {percent} jod do, wahi discount hota hai.",
            english: "Multiply the amount by the percentage, divide by 100, and subtract the result from the amount.",
            then: [
                Intent.FollowUp(
                    ask: "Aur GST upar se lage toh?",
                    good:
                        """
                        Pehle discount ghatao, phir jo bacha uspar GST jodo. Jaise 1000 par 10 percent off, bacha \
                        900; 18 percent GST 162, kul 1062.
                        """,
                    wrong: "GST aur discount ek hi cheez hai, dono kaat do, kuch dena nahi padta.")
            ]),
        Intent(
            "career-choice",
            ask: [
                "12vi ke baad {a} karun ya {b}?", "{a} aur {b} mein confuse hun",
                "Papa {a} bol rahe hain par mujhe {b} pasand hai",
            ],
            slots: [
                "a": ["engineering", "BCom", "nursing", "BSc"], "b": ["design", "hotel management", "BA", "ITI"],
            ],
            good: [
                """
                Dono ke ek-ek aadmi se baat karo jo wahi kaam kar raha ho. Phir likho: {a} aur {b} mein roz kya \
                karna padega, kharcha kitna, aur naukri kahan. Jis kaam mein ghante kaise beete pata na chale, \
                use zyada number do. Ghar walon ko yeh list dikhao.
                """
            ],
            wrong: "Sikka uchhaal kar tay karo, {a} ya {b} se zindagi par koi asar nahi padta.",
            english:
                "Talk to one person in each field, compare daily work, cost and jobs, and show your family the list."),
        Intent(
            "essay",
            ask: [
                "{topic} par bachche ke liye paanch line likho", "Class 3 ke liye {topic} par chhota nibandh",
                "{topic} essay Hinglish mein, paanch line",
            ],
            slots: ["topic": ["school", "gaay", "Diwali", "cricket", "ped"]],
            good: [
                """
                1. Mujhe {topic} ke baare mein baat karna bahut pasand hai. 2. Isse main roz kuch naya seekhta \
                hun. 3. Mere ghar mein sab iski izzat karte hain. 4. Hum iska dhyan rakhte hain. 5. {topic} mere \
                jeevan ko sundar banata hai.
                """
            ],
            wrong: "{topic} ek neela grah hai jo samundar ke neeche udta hai.",
            english: "1. I like this topic very much. 2. I learn from it daily. 3. My family respects it."),
        Intent(
            "time-manage",
            ask: [
                "{work} aur padhai dono kaise sambhalun?", "{work} ke saath padhai ka time nahi milta",
                "Din mein {work}, raat ko padhai, thak jaata hun",
            ],
            slots: ["work": ["naukri", "dukaan", "ghar ka kaam", "part time job"]],
            good: [
                """
                Har din ke liye sirf teen kaam likho. Padhai ka ek pakka samay rakho, chahe 40 minute hi ho, aur \
                {work} ke baad pehle aadha ghanta aaram karo. Ravivaar ko poore hafte ka plan bana lo.
                """
            ],
            wrong: "Sona band kar do, {work} aur padhai ke liye 24 ghante mil jayenge.",
            english: "Write down only three tasks a day, fix one study slot, and plan the week on Sunday.",
            then: [
                Intent.FollowUp(
                    ask: "Subah padhun ya raat ko?",
                    good:
                        """
                        Jab aapka dimaag taaza ho. Zyada logon ke liye subah acchi hai, par ek hafta dono try \
                        karke dekho aur jo aasaan lage wahi rakho.
                        """,
                    wrong: "Raat ke teen baje ke alawa kabhi kuch yaad nahi hota.")
            ]),
    ]
}
